-- Time to try it out: given once, at the sign-up, where the settings say so.

create function private.give_trial() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  seconds bigint := (select k.trial_seconds from public.settings k);
  card uuid := gen_random_uuid();
begin
  if seconds > 0 then
    insert into public.time_cards (id, owner_id, source, status, activated_at)
    values (card, new.id, 'trial', 'active', private.now());
    perform private.move_seconds(card, 'issue', null, 'remaining', seconds);
  end if;
  return new;
end
$$;
comment on function private.give_trial is
  'Trigger on profiles: gives a new person settings.trial_seconds, apart from paid time. Security '
  'definer because nobody may write cards.';

create trigger give_trial after insert on public.profiles
  for each row execute function private.give_trial();

create unique index one_trial_per_person on public.time_cards (owner_id) where source = 'trial';
